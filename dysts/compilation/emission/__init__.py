"""From programs of elementary operations to LLVM, for one state or for eight at once."""
