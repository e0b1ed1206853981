/** Python's `collections.Counter`: a Map that files hold as one, because PyTorch's `MultiStepLR` calls methods of it. */
export class Counter<Key, Count = number> extends Map<Key, Count> {}
