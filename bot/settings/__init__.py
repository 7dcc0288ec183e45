"""What an installation decides: the environment, the policy file, and the hosts of its cloud. Nothing else reads the environment."""
