/** The body; null, and the rest is not fetched, when it is longer than `maxBytes` after decompression. */
export async function readBounded(response: Response, maxBytes: number): Promise<Buffer<ArrayBuffer> | null> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early cancels the stream, and with it the connection.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
