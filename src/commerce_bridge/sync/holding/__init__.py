"""What is kept from being written: what people hold, pin and pause, and loops made of nothing but successes."""
