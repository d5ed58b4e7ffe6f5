"""What is said in tests of integrations, and a guard that blocks what only soothes."""

LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"
TAKING_UP = "A house without Bruno in it must be very quiet. What do you miss most about him?"
