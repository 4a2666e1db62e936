"""The reader program: reads cards on a PC, keeps each touch durably, sends it. Needs Python alone; knows no server code."""
