"""What is written about Postroom, and the script that takes its pictures."""
