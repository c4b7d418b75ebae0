/** Whether a chain has the precompiles of EIP-2537, and they compute: certificates cannot be verified without. */
import {type Address, concat, type Hex, type PublicClient} from 'viem';

const zeros = (bytes: number): Hex => `0x${'00'.repeat(bytes)}`;
const at = (last: number): Address => `0x${last.toString(16).padStart(40, '0')}`;
const [G1_ADD, G2_ADD, PAIRING, MAP_TO_G1, MAP_TO_G2] = [at(0x0b), at(0x0d), at(0x0f), at(0x10), at(0x11)];
const [TRUE, FALSE] = [`${zeros(31)}01`, zeros(32)];

/** Sums of infinities, an empty product, and a pairing of two mapped points, which is not one. */
export async function hasBlsPrecompiles(client: PublicClient): Promise<boolean> {
  const ask = async (to: Address, data: Hex): Promise<Hex> => (await client.call({to, data}).catch(() => ({data: undefined}))).data ?? '0x';
  const [sum1, sum2, empty, point1, point2] = await Promise.all([
    ask(G1_ADD, zeros(256)), ask(G2_ADD, zeros(512)), ask(PAIRING, zeros(384)), ask(MAP_TO_G1, zeros(64)), ask(MAP_TO_G2, zeros(128)),
  ]);
  if (sum1 !== zeros(128) || sum2 !== zeros(256) || empty !== TRUE || point1.length !== 2 + 256 || point2.length !== 2 + 512) return false;
  return (await ask(PAIRING, concat([point1, point2]))) === FALSE;
}
