/** The proof with one more lot in its row: for readers who want to see a false proof fail. */
export function addOneLot(text: string): string | undefined {
  try {
    const proof = JSON.parse(text) as {leaf?: {total?: string}};
    if (typeof proof.leaf?.total !== 'string' || !/^\d+$/.test(proof.leaf.total)) return undefined;
    proof.leaf.total = (BigInt(proof.leaf.total) + 1n).toString();
    return JSON.stringify(proof, null, 2);
  } catch {
    return undefined;
  }
}
