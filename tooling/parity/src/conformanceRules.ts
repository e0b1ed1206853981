/** What the conformance table cannot find by itself: reasons for differences, and the tests that prove a row. */

/** Rows that differ from PyTorch on purpose. Keys are those of the table: `LSTM(device)`, `Module.cuda`. */
export interface Exception {
  readonly rows: RegExp
  /** `differs`: it is there in another form. `left out`: it has no meaning here. */
  readonly status: 'differs' | 'left out'
  /** Our form of it, if it has another name. */
  readonly ours?: string
  readonly reason: string
}

export const exceptions: readonly Exception[] = [
  {
    rows: /\(device\)$|^(Module|PackedSequence)\.(cuda|cpu|xpu|ipu|mtia|is_cuda|to_empty)\b/,
    status: 'left out',
    reason: 'tensors live on the host; `module.to(engine)` chooses where a module computes',
  },
  {
    rows: /^PackedSequence\.(pin_memory|is_pinned)$|^Module\.share_memory$/,
    status: 'left out',
    reason: 'there is no pinned or shared memory to ask for',
  },
  {
    rows: /^PackedSequence\.(count|index)\b/,
    status: 'left out',
    reason: "of Python's tuples; the parts are properties, and iterating gives them in order",
  },
  {
    rows: /^RNNCellBase\(num_chunks\)$/,
    status: 'differs',
    ours: 'mode',
    reason: 'subclasses name the recurrence, which says how many gates there are',
  },
  {
    rows: /^Module\.add_module$/,
    status: 'differs',
    ours: 'registerModule',
    reason: "PyTorch's newer name of the same",
  },
  { rows: /^Module\.type$/, status: 'differs', ours: 'to', reason: 'the dtype goes to `to`' },
  {
    rows: /^Module\.(T_destination|call_super_init|dump_patches)$/,
    status: 'left out',
    reason: 'internals of Python',
  },
  { rows: /^Module\.compile$/, status: 'left out', reason: 'engines are compiled already' },
  {
    rows: /^Module\.register_(full_)?backward/,
    status: 'left out',
    reason: 'hooks run around `forward` and `forwardAsync`',
  },
  {
    rows: /^Module\.(register_(load_)?state_dict_(pre|post)_hook|register_state_dict_|register_load_state_dict_|[gs]et_extra_state)/,
    status: 'left out',
    reason: 'a state dict is a Map of tensors, to be changed before loading or after saving',
  },
  {
    rows: /^Module\.set_submodule\b/,
    status: 'left out',
    reason: 'children are properties: assign them',
  },
  {
    rows: /^Module\.register_forward_(pre_)?hook\(with_kwargs\)$/,
    status: 'left out',
    reason: 'there are no keyword arguments',
  },
  {
    rows: /^Module\.register_forward_hook\(always_call\)$/,
    status: 'left out',
    reason: 'where `forward` throws there is no result; use try and finally',
  },
  {
    rows: /^Module\.state_dict\((destination|keep_vars)\)$/,
    status: 'left out',
    reason: 'entries are detached views in a new Map',
  },
  { rows: /^Module\.named_modules\(memo\)$/, status: 'left out', reason: 'an accumulator of the recursion' },
  {
    rows: /^Module\.zero_grad\(set_to_none\)$/,
    status: 'left out',
    reason: 'gradients are always set to null',
  },
  {
    rows: /\.check_hidden_size\(msg\)$/,
    status: 'differs',
    ours: 'what',
    reason: 'the name of the state, for a message of our own',
  },
]

/** The first rule that fits a row names the test that proves it, by file and title. */
export interface Proof {
  readonly rows: RegExp
  readonly file: string
  readonly test: string
}

const sequence = (name: string): string => `packages/sequence/test/${name}.test.ts`
const cells = (name: string): string => `packages/cells/test/${name}.test.ts`
const nn = (name: string): string => `packages/nn/test/${name}.test.ts`

const live = 'tooling/parity/test/parity.node.test.ts'
const agreement = 'agree on random configurations: outputs, states, errors, attributes and printed text'

export const proofs: readonly Proof[] = [
  {
    rows: /\.training$/,
    file: nn('module'),
    test: 'switches itself and its children between training and inference',
  },
  // Constructors and what is known of their arguments
  { rows: /^RNNBase\(/, file: live, test: agreement },
  {
    rows: /^\w+\.(mode|(input|hidden|proj)_size|num_layers|bias|batch_first|dropout|bidirectional|nonlinearity)$/,
    file: live,
    test: agreement,
  },
  {
    rows: /^(RNN|LSTM|GRU)\(dropout\)$/,
    file: sequence('dropout'),
    test: 'drops in training what PyTorch drops with the same seed: $name',
  },
  { rows: /^(RNN|LSTM|GRU)\(/, file: sequence('sequence'), test: 'computes what PyTorch does: $name' },
  { rows: /^\w*Cell(Base)?\(/, file: cells('cells'), test: '$name equals PyTorch' },
  {
    rows: /^PackedSequence\(/,
    file: sequence('packing'),
    test: 'finds the inverse permutation where only the order is given',
  },
  // Members of sequence modules
  {
    rows: /^(RNNBase|RNN|LSTM|GRU)\.forward/,
    file: sequence('sequence'),
    test: 'computes what PyTorch does: $name',
  },
  { rows: /\.all_weights$/, file: sequence('modules'), test: 'lists its weights by layer and direction' },
  {
    rows: /\.flatten_parameters$/,
    file: sequence('memory.alone.node'),
    test: 'frees packed weights on dispose and when they are packed anew',
  },
  {
    rows: /^(RNNBase|RNN|LSTM|GRU)\.reset_parameters$/,
    file: sequence('modules'),
    test: 'draws the same again with resetParameters',
  },
  { rows: /^(RNNBase|RNN|LSTM|GRU)\.extra_repr$/, file: sequence('modules'), test: 'prints as $printed' },
  {
    rows: /\.(check_input|check_forward_args|check_hidden_size)\b/,
    file: sequence('checks'),
    test: 'pass what fits and refuse what does not',
  },
  {
    rows: /\.get_expected_(hidden|cell)_size$/,
    file: sequence('checks'),
    test: 'tell the sizes states must have',
  },
  { rows: /\.permute_hidden$/, file: sequence('checks'), test: 'permute the sequences of a state' },
  {
    rows: /^(RNNBase|RNN|LSTM|GRU)\.(weight|bias)_/,
    file: sequence('modules'),
    test: 'has the very weights of PyTorch: $name',
  },
  // Members of cells
  { rows: /Cell\.forward/, file: cells('cells'), test: '$name equals PyTorch' },
  {
    rows: /^\w*Cell(Base)?\.(reset_parameters|weight_|bias_)/,
    file: cells('cells'),
    test: '$name: weights, and the loop over timesteps, equal PyTorch',
  },
  { rows: /^\w*Cell(Base)?\.\w+$/, file: cells('cells'), test: '$printed is printed as PyTorch prints it' },
  // Packing
  {
    rows: /^PackedSequence\.(byte|char|double|float|half|int|long|short)$/,
    file: sequence('packing'),
    test: 'converts its data by the names PyTorch has for dtypes',
  },
  {
    rows: /^PackedSequence\.to$/,
    file: sequence('packing'),
    test: 'converts its data and keeps its indices',
  },
  {
    rows: /^PackedSequence\./,
    file: sequence('packing'),
    test: 'is taken apart like the named tuple it is in PyTorch',
  },
  {
    rows: /^(invert|pack|pad|unpad|unpack)_/,
    file: sequence('packing'),
    test: 'does what PyTorch does: $name',
  },
  // What every module has
  {
    rows: /^Module\.load_state_dict\(assign\)$/,
    file: nn('stateDict'),
    test: 'with assign uses the tensors themselves',
  },
  {
    rows: /^Module\.load_state_dict\b/,
    file: nn('stateDict'),
    test: 'tells everything that does not fit in one error, and changes nothing',
  },
  {
    rows: /^Module\.state_dict\(prefix\)$/,
    file: nn('module'),
    test: 'gives its state under a prefix, as it is',
  },
  {
    rows: /^Module\.state_dict$/,
    file: nn('stateDict'),
    test: 'gives detached tensors that share the memory',
  },
  {
    rows: /^Module\.(named_|parameters|buffers|modules)\w*\(/,
    file: nn('module'),
    test: 'lists members under a prefix, without those of children, or as often as they are reached',
  },
  {
    rows: /^Module\.(named_\w+|parameters|buffers|children|modules)$/,
    file: nn('module'),
    test: 'names its parts in the order of PyTorch',
  },
  {
    rows: /^Module\.get_/,
    file: nn('module'),
    test: 'finds what has a path, and says what there is where nothing has it',
  },
  {
    rows: /^Module\.(register_(parameter|buffer|module)|add_module)\b/,
    file: nn('module'),
    test: 'refuses names and values that cannot be registered',
  },
  {
    rows: /^Module\.register_forward_\w+\(prepend\)$/,
    file: nn('forwardHooks'),
    test: 'run before those there are if they are prepended',
  },
  {
    rows: /^Module\.register_forward_/,
    file: nn('forwardHooks'),
    test: 'run around forward in the order they were registered, seeing arguments and result',
  },
  {
    rows: /^Module\.(float|double|half|bfloat16)$/,
    file: nn('module'),
    test: 'moves to a dtype by the names PyTorch has',
  },
  {
    rows: /^Module\.(to|type)$/,
    file: nn('module'),
    test: 'moves floating-point tensors to a dtype and keeps their identity',
  },
  {
    rows: /^Module\.(train|eval)\b/,
    file: nn('module'),
    test: 'switches itself and its children between training and inference',
  },
  {
    rows: /^Module\.(requires_grad_|zero_grad)\b/,
    file: nn('module'),
    test: 'switches and forgets gradients of its parameters',
  },
  { rows: /^Module\.apply$/, file: nn('module'), test: 'applies a function to children first' },
  { rows: /^Module\.forward$/, file: nn('module'), test: 'says that forward is missing' },
]
