"""What tests share: real brokers, plants and conditions to wait for."""
