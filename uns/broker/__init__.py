"""The broker link: the only room that knows MQTT sessions."""
