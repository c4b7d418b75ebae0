/** L1: validators on every way from place to place, terms, and the operator's bond; in the order the contract emits. */
import type {NetworkChain} from '../chain-logs.ts';
import {hash, header, key, type Tell, wallet, ZERO} from './tell.ts';

const STAKE = 10n;

export async function playRegistry(tell: Tell, contracts: NetworkChain): Promise<void> {
  await tell('registry', 'BridgeSet', {sets: contracts.sets, inbox: wallet(70), l2Sets: wallet(71)});
  await tell('registry', 'SourcesSet', {beacon: wallet(72), humanity: ZERO});
  for (let i = 0; i < 4; i += 1) {
    await register(tell, i);
    await seat(tell, i, i);
  }
  await playStakes(tell);
  await playPool(tell);
  await playExits(tell);
  await tell('registry', 'TermFixed', {setId: 1, header: header(1, 4)});
  for (const ticket of [7n, 8n]) await tell('registry', 'TermSent', {setId: 1, ticket});
  await playBond(tell);
}

const register = (tell: Tell, i: number) =>
  tell('registry', 'ValidatorRegistered', {validator: wallet(10 + i), coldKey: wallet(110 + i), key: key(i), encryptionKey: hash(`age ${i}`), stake: STAKE});
const seat = (tell: Tell, index: number, i: number, weight = STAKE) => tell('registry', 'MemberChanged', {index, validator: wallet(10 + i), key: key(i), weight});
const empty = (tell: Tell, index: number) => tell('registry', 'MemberChanged', {index, validator: ZERO, key: '0x', weight: 0n});
const wait = (tell: Tell, i: number, drawWeight = STAKE) => tell('registry', 'ValidatorWaits', {validator: wallet(10 + i), drawWeight});

async function playStakes(tell: Tell): Promise<void> {
  await seat(tell, 1, 1, 25n);
  await tell('registry', 'StakeAdded', {validator: wallet(11), amount: 15n, stake: 25n});
  await seat(tell, 1, 1, 20n);
  await tell('registry', 'Slashed', {validator: wallet(11), amount: 5n, bounty: 1n, reporter: wallet(90)});
  await tell('registry', 'KeyRotated', {validator: wallet(12), key: key(42)});
  await tell('registry', 'MemberChanged', {index: 2, validator: wallet(12), key: key(42), weight: STAKE});
  await tell('registry', 'EncryptionKeyChanged', {validator: wallet(12), encryptionKey: hash('age 12 anew')});
  await tell('registry', 'HumanityChanged', {validator: wallet(12), human: true});
}

/** Candidates 14 to 17: one of them leaves the middle of the pool, one is drawn to a free seat, one exchanges with a holder. */
async function playPool(tell: Tell): Promise<void> {
  for (const i of [4, 5, 6, 7]) {
    await register(tell, i);
    if (i === 4) await tell('registry', 'ValidatorQueued', {validator: wallet(14), human: true, position: 0});
    await wait(tell, i, 20n);
  }
  await wait(tell, 5, 30n);
  await tell('registry', 'ExitQueued', {validator: wallet(15), position: 0});
  await tell('registry', 'Jailed', {validator: wallet(15), until: 9_000n});
  await tell('registry', 'SeatDrawn', {setId: 2, seat: 4, leaving: ZERO, joining: wallet(14)});
  await seat(tell, 4, 4);
  await tell('registry', 'SeatDrawn', {setId: 2, seat: 1, leaving: wallet(11), joining: wallet(11)});
  await tell('registry', 'SeatDrawn', {setId: 2, seat: 1, leaving: wallet(11), joining: wallet(16)});
  await wait(tell, 1, 20n);
  await seat(tell, 1, 6);
  // Slashed to nothing among the candidates: no other event tells that the place is free.
  await tell('registry', 'Slashed', {validator: wallet(17), amount: STAKE, bounty: 0n, reporter: wallet(91)});
  await tell('registry', 'Unjailed', {validator: wallet(15)});
  await tell('registry', 'ValidatorQueued', {validator: wallet(15), human: false, position: 1});
}

async function playExits(tell: Tell): Promise<void> {
  // Seat 0 is vacated: the last validator, of seat 4, moves into it.
  await tell('registry', 'ExitQueued', {validator: wallet(10), position: 1});
  await seat(tell, 0, 4);
  await empty(tell, 4);
  await tell('registry', 'ExitRequested', {validator: wallet(10), amount: STAKE, withdrawableAt: 5_000n});
  // A slash below the minimum: what is left unbonds before the slash itself is told.
  await empty(tell, 3);
  await tell('registry', 'ExitRequested', {validator: wallet(13), amount: 4n, withdrawableAt: 6_000n});
  await tell('registry', 'Slashed', {validator: wallet(13), amount: 6n, bounty: 1n, reporter: wallet(90)});
  await tell('registry', 'StakeWithdrawn', {validator: wallet(10), amount: STAKE});
  await register(tell, 0);
  await tell('registry', 'ValidatorQueued', {validator: wallet(10), human: false, position: 2});
}

async function playBond(tell: Tell): Promise<void> {
  const operator = wallet(80);
  await tell('registry', 'OperatorSet', {operator: wallet(81), l2EpochManager: wallet(82)});
  await tell('registry', 'OperatorSet', {operator, l2EpochManager: wallet(82)});
  await tell('registry', 'BondDeposited', {operator, amount: 100n, bond: 100n});
  await tell('registry', 'PosterSet', {poster: wallet(83), nonce: 1n});
  await tell('registry', 'PosterSent', {poster: wallet(83), nonce: 1n, ticket: 9n});
  await tell('registry', 'BondLeaving', {operator, amount: 30n, withdrawableAt: 7_000n});
  await tell('registry', 'BondSlashed', {amount: 10n, bounty: 1n, reporter: wallet(90)});
  await tell('registry', 'BondWithdrawn', {operator, amount: 20n});
  await tell('registry', 'BondLeaving', {operator, amount: 5n, withdrawableAt: 8_000n});
  await tell('registry', 'PosterSet', {poster: ZERO, nonce: 2n});
  await tell('registry', 'BondSlashed', {amount: 25n, bounty: 2n, reporter: wallet(90)});
}
