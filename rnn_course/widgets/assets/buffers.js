/** An array of numbers as Python's `buffers.pack` sends it: bytes, and their type by name. */
export function readArray(model, name) {
  const view = model.get(name);
  const kinds = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array };
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength); // aligned
  const { dtype, shape } = model.get("arrays")[name];
  return { values: new kinds[dtype](bytes), shape };
}
