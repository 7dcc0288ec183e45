"""What is typed at a shell: one module per word behind `python app.py`."""
