import { parse } from 'protobufjs'

/**
 * The part of ONNX's protobuf schema that a chain of recurrent layers needs. Field numbers and enum values are
 * those of onnx.proto, https://onnx.ai/onnx/repo-docs/IR.html.
 */
const schema = `
  syntax = "proto2";
  message Model {
    optional int64 ir_version = 1;
    optional string producer_name = 2;
    optional Graph graph = 7;
    repeated OperatorSet opset_import = 8;
  }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Graph {
    repeated Node node = 1;
    optional string name = 2;
    repeated TensorData initializer = 5;
    repeated ValueInfo input = 11;
    repeated ValueInfo output = 12;
  }
  message Node {
    repeated string input = 1;
    repeated string output = 2;
    optional string name = 3;
    optional string op_type = 4;
    repeated Attribute attribute = 5;
  }
  message Attribute {
    optional string name = 1;
    optional int64 i = 3;
    optional bytes s = 4;
    repeated int64 ints = 8;
    repeated bytes strings = 9;
    optional int32 type = 20;
  }
  message TensorData {
    repeated int64 dims = 1;
    optional int32 data_type = 2;
    optional string name = 8;
    optional bytes raw_data = 9;
  }
  message ValueInfo { optional string name = 1; optional ValueType type = 2; }
  message ValueType { optional TensorType tensor_type = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message Shape { repeated Dimension dim = 1; }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
`

// The newest versions that all recent releases of onnxruntime read.
const irVersion = 8
const operatorSet = 17

/** A number, a name, or a list of either. */
export type AttributeValue = number | string | readonly number[] | readonly string[]

export interface OnnxNode {
  readonly op: string
  /** Names of values; an empty name leaves an optional input out. */
  readonly inputs: readonly string[]
  /** Names of values; an empty name leaves an optional output out. */
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

/** A constant of the graph: weights as float32, shapes and axes as int64. */
export interface OnnxConstant {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

/** An input or output of the graph; a string names a dimension only known at run time. */
interface OnnxValue {
  readonly name: string
  readonly shape: readonly (number | string)[]
  /** Default float32. */
  readonly type?: 'float32' | 'int32'
}

export interface OnnxGraph {
  readonly name: string
  /** In an order that computes every value before it is read. */
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

/** The bytes of an `.onnx` file that holds `graph`. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = {
    irVersion,
    producerName: 'unroll',
    opsetImport: [{ domain: '', version: operatorSet }],
    graph: {
      name: graph.name,
      node: graph.nodes.map((node, index) => ({
        input: node.inputs,
        output: node.outputs,
        name: `${node.op}_${index}`,
        opType: node.op,
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => ({
          name,
          ...attribute(value),
        })),
      })),
      initializer: graph.constants.map(({ name, shape, data }) => ({
        name,
        dims: shape,
        dataType: data instanceof Float32Array ? ElementType.float : ElementType.int64,
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  }
  return parse(schema).root.lookupType('Model').encode(model).finish()
}

/** TensorProto.DataType */
const ElementType = { float: 1, int32: 6, int64: 7 } as const

/** AttributeProto.AttributeType */
const AttributeType = { int: 2, string: 3, ints: 7, strings: 8 } as const

function attribute(value: AttributeValue): object {
  if (typeof value === 'number') return { type: AttributeType.int, i: value }
  if (typeof value === 'string') return { type: AttributeType.string, s: utf8(value) }
  return value.some((element) => typeof element === 'string')
    ? { type: AttributeType.strings, strings: value.map((element) => utf8(String(element))) }
    : { type: AttributeType.ints, ints: value }
}

function valueInfo({ name, shape, type = 'float32' }: OnnxValue): object {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }))
  return {
    name,
    type: {
      tensorType: { elemType: type === 'int32' ? ElementType.int32 : ElementType.float, shape: { dim } },
    },
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
