import {RpcError} from '../rpc.ts';

/** Namespaces that change a simulated chain by decree. A real L2 has none of them, so the L2 RPC refuses them all. */
const REFUSED = /^(anvil|evm|hardhat|tenderly|personal|txpool|miner|admin|erigon|ots)_/;
/** Only with a node's own keys; the local node's are public, and the system account is the relay's. */
const REFUSED_METHODS = new Set(['eth_sendUnsignedTransaction', 'eth_resend']);

/** @throws RpcError -32601, as a node does that lacks the method. */
export function assertAllowed(method: string): void {
  if (REFUSED.test(method) || REFUSED_METHODS.has(method)) {
    throw new RpcError(-32601, `the method ${method} does not exist/is not available`);
  }
}
