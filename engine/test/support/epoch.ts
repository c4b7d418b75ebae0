/** One validator, and the on-chain course of one epoch: propose, vote, certify, settle, distribute. Everything is real but the clock of L1→L2. */
import {
  buildCertificate, type CastVote, certificateArgument, linesTree, type Member, membersTree, type SealedEpoch, type SetHeader, signPossession, signVote, VoteKind,
  publicKeyOf, voteDigest,
} from '@pobs/protocol';
import {epochManagerAbi, validatorRegistryAbi, validatorSetsAbi} from '@pobs/protocol/abi';
import {type BuiltEpoch, buildEpoch} from '@pobs/protocol/builder';
import {type Abi, type Address, type Hex, parseEther, zeroHash} from 'viem';
import {aliasOf} from '../../../contracts/script/deploy.ts';
import type {Anvil} from './anvil.ts';
import {account, type Chains, custodyAbi, deployer, mint, tokenAbi} from './chains.ts';

const SECRET_KEY: Hex = `0x${'00'.repeat(31)}07`;
const STAKE = parseEther('100');

export type ValidatorSet = {header: SetHeader; members: Member[]};

async function send({client}: Anvil, from: ReturnType<typeof account>, call: {address: Address; abi: Abi; functionName: string; args: readonly unknown[]}): Promise<Hex> {
  const hash = await client.writeContract({...call, account: from, chain: null});
  const receipt = await client.waitForTransactionReceipt({hash});
  if (receipt.status !== 'success') throw new Error(`${call.functionName} reverted`);
  return hash;
}

/** Registers one validator on L1 and fixes the first term; L2 hears of it as from the bridge. */
export async function fixFirstTerm({l1, l2, network, stakeToken}: Chains): Promise<ValidatorSet> {
  const validator = account(8);
  const key = publicKeyOf(SECRET_KEY);
  await mint(l1, stakeToken, validator.address, STAKE);
  await send(l1, validator, {address: stakeToken, abi: tokenAbi, functionName: 'approve', args: [network.l1.registry, STAKE]});
  const possession = signPossession(SECRET_KEY, {validator: validator.address, coldKey: validator.address, key}, network.salt);
  const registry = {address: network.l1.registry, abi: validatorRegistryAbi as Abi};
  await send(l1, validator, {...registry, functionName: 'register', args: [key, possession, `0x${'09'.repeat(32)}`, STAKE]});
  await send(l1, deployer, {...registry, functionName: 'fixTerm', args: []});
  const header = await l1.client.readContract({address: network.l1.registry, abi: validatorRegistryAbi, functionName: 'header', args: [1]});

  const bridge = aliasOf(network.l1.registry);
  await l2.client.impersonateAccount({address: bridge});
  await l2.client.setBalance({address: bridge, value: parseEther('1')});
  const hash = await l2.client.writeContract({address: network.l2.sets, abi: validatorSetsAbi, functionName: 'accept', args: [header], account: bridge, chain: null});
  await l2.client.waitForTransactionReceipt({hash});
  return {header, members: [{index: 0, validator: validator.address, key, weight: header.totalWeight}]};
}

/** The first epoch's sheet, from the engine's sealed books. */
export async function build({network}: Chains, {header}: ValidatorSet, sealed: SealedEpoch): Promise<BuiltEpoch> {
  const built = await buildEpoch({
    sealed, setId: header.setId, parent: zeroHash, previousLogRoot: zeroHash, rules: network.rules, salt: network.salt, auditor: network.auditor,
    logSecret: `0x${'0d'.repeat(32)}`,
  });
  if (!built.ok) throw new Error(`the epoch cannot be built: ${JSON.stringify(built.violations)}`);
  return built;
}

/** Proposal, vote and certificate on L2. Returns the approved summary's certificate. */
export async function approve({l2, network}: Chains, {header, members}: ValidatorSet, {summary, digest, lines}: BuiltEpoch) {
  const manager = {address: network.l2.epochManager, abi: epochManagerAbi as Abi};
  await send(l2, deployer, {...manager, functionName: 'propose', args: [summary, lines]});
  const message = voteDigest({kind: VoteKind.Approve, epoch: summary.epoch, setId: header.setId, summary: digest, rule: 0}, network.salt);
  const vote: CastVote = {index: 0, kind: VoteKind.Approve, rule: 0, signature: signVote(SECRET_KEY, message)};
  await send(l2, account(8), {...manager, functionName: 'castVote', args: [summary.epoch, vote.kind, 0, members[0], membersTree(members).prove(0), vote.signature]});
  const certificate = buildCertificate({header, members}, [vote]);
  await send(l2, deployer, {...manager, functionName: 'certify', args: [summary.epoch, certificateArgument(certificate)]});
  return certificate;
}

/** Settles the line of one chain and pays everybody in it. */
export async function settleAndPay(chain: Anvil, built: BuiltEpoch, certificate: Awaited<ReturnType<typeof approve>>, custody: Address): Promise<void> {
  const index = built.lines.findIndex((line) => line.custody.toLowerCase() === custody.toLowerCase());
  const line = built.lines[index]!;
  const call = {address: custody, abi: custodyAbi as Abi};
  await send(chain, deployer, {...call, functionName: 'settle', args: [
    built.summary, line, BigInt(index), linesTree(built.lines).prove(index), built.trees[index]!.map(({hash}) => hash), certificateArgument(certificate),
  ]});
  const tree = built.payoutTrees[index]!;
  const claims = tree.rows.map((row, at) => ({...row, index: at, path: tree.prove(at)}));
  if (claims.length > 0) await send(chain, deployer, {...call, functionName: 'distribute', args: [claims]});
}
