"""Does it help to train where the error is large? An LSTM on data drawn in several ways, at equal cost."""
