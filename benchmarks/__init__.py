"""One script per figure, each printing a table. Ratios within one run on one machine mean something; single figures do not."""
