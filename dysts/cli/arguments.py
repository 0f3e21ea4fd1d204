"""Arguments that several commands take, from text to values."""


def names(given: list[str] | None) -> list[str] | None:
    """Return the names in a list of texts, which may have commas between them.

    Examples
    --------
    >>> names(["Lorenz,Rossler", "Thomas"])
    ['Lorenz', 'Rossler', 'Thomas']
    """
    return None if given is None else [name for text in given for name in text.split(",") if name]
