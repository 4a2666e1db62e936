"""What the performance goals are measured with: `make bench`. Never part of the test run."""
