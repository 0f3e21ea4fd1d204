"""Surrogate transfer learning: do features learnt on series of chaotic systems help to classify other series?"""
