"""One compiled function for each program, made once in a process."""

from dysts.compilation.code_cache import code_folder, lock
from dysts.compilation.machine_code import CompiledFunction
from dysts.compilation.program import Program

_functions: dict[str, CompiledFunction] = {}


def compile_function(program: Program, name: str) -> CompiledFunction:
    """Compile a program once in a process, or load it from the disk cache.

    Parameters
    ----------
    program : Program
    name : str
        Appears in the name of the source file, for people who look into the cache.
    """
    with lock:
        if program.digest not in _functions:
            folder, _ = code_folder()
            _functions[program.digest] = CompiledFunction(program, name, folder)
        return _functions[program.digest]
