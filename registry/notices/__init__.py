"""What people are told: mail, letters as a print queue, messages on the portal. All data is handed in.

A letter's secret (initial password, security code) is made when the letter is printed and stored nowhere in clear.
"""
