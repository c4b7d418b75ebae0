/** The core and the naive exchange, fed the same commands: every answer and, after each, everything both show must agree. */
import type {Rules} from '@pobs/protocol';
import type {Command, Rejection} from '../../../src/core/commands.ts';
import {type Core, createCore} from '../../../src/core/engine.ts';
import {codeOf, NaiveExchange} from '../naive/exchange.ts';
import type {Refusal, World} from '../naive/world.ts';
import {worldView} from '../naive/views.ts';
import {comparable, coreSheet, coreView, forModel, numberOf} from './core-view.ts';
import {brokenInvariants} from '../invariants.ts';
import type {Coverage} from './coverage.ts';

const text = (value: unknown): string => JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));

/** Equal in all that they hold; the cheap question before {@link difference} says where. */
function agree(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const [ours, theirs] = [Object.keys(a), Object.keys(b)];
  return ours.length === theirs.length && ours.every((key) => agree((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

/** First place where two values differ, for the message. */
function difference(a: unknown, b: unknown, path = ''): string | undefined {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b ? undefined : `${path}: core ${text(a)}, model ${text(b)}`;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

export class Disagreement extends Error {}

export class Pair {
  readonly core: Core = createCore();
  readonly naive: NaiveExchange;
  readonly #coverage: Coverage;
  /** Ids of open orders as the core knows them, by number. */
  readonly ids = new Map<bigint, bigint>();
  now = 1_000n;
  /** Commands that were given, and that were accepted. */
  given = 0;
  accepted = 0;

  constructor(rules: Rules, coverage: Coverage) {
    const genesis = {type: 'genesis', rules} as const;
    this.#coverage = coverage;
    this.naive = new NaiveExchange(genesis);
    const applied = this.core.apply(genesis, this.now);
    if (!applied.ok) throw new Error(`genesis refused: ${text(applied.rejection)}`);
    coverage.command(genesis, applied);
  }

  get world(): World {
    return this.naive.world;
  }

  /** Runs a command in both. `true` = accepted. */
  run(command: Command, after = 1n): boolean {
    this.now += after;
    this.given += 1;
    const theirs = this.core.apply(command, this.now);
    const ours = this.naive.apply(forModel(command), this.now);
    const fail = (what: string): never => {
      throw new Disagreement(`${what}\nafter ${text(command)} at ${this.now}`);
    };
    if (theirs.ok !== ours.ok) fail(`core: ${theirs.ok ? 'accepted' : text(theirs.rejection)}; model: ${ours.ok ? 'accepted' : text(ours.refusal)}`);
    if (!theirs.ok && !ours.ok) {
      const found = difference(details(theirs.rejection, namesOrder(command)), modelDetails(ours.refusal));
      if (found !== undefined) fail(`refusals differ at ${found}`);
      this.#coverage.refusal(ours.refusal.reason, theirs.rejection.code);
    }
    this.#coverage.command(command, theirs);
    if (theirs.ok && ours.ok) {
      this.accepted += 1;
      for (const event of theirs.events) if (event.type === 'orderAccepted') this.ids.set(numberOf(event.orderId), event.orderId);
      const found = difference(comparable(theirs.events), ours.events);
      if (found !== undefined) fail(`events differ at ${found}\ncore ${text(comparable(theirs.events))}\nmodel ${text(ours.events)}`);
      const sheet = command.type === 'seal' ? difference(coreSheet(this.core, command.epoch), ours.sheet) : undefined;
      if (sheet !== undefined) fail(`sheets differ at ${sheet}`);
    }
    const broken = theirs.ok ? brokenInvariants(this.core) : [];
    if (broken.length > 0) fail(`both agree on what must not be: ${broken.join('; ')}`);
    const [core, model] = [coreView(this.core), worldView(this.world)];
    if (!agree(core, model)) fail(`states differ at ${difference(core, model)}`);
    return theirs.ok;
  }
}

/** What a refusal says beyond its code, in numbers; sentences are for people. */
function details(rejection: Rejection, ofOrder: boolean): object {
  const {code, ...about} = rejection;
  const told = Object.entries(about).filter(([key, value]) => typeof value === 'bigint' || key === 'index' || key === 'item');
  return {code, ...Object.fromEntries(told.map(([key, value]) => [key, key === 'orderId' && ofOrder ? numberOf(value as unknown as bigint) : value]))};
}

/** Ids of triggers, parents and offers travel in the same field and are plain numbers. */
const namesOrder = (command: Command): boolean => 'orderId' in command || command.type === 'placeOrder';

function modelDetails(refusal: Refusal): object {
  const {reason: _reason, ...about} = refusal;
  return {code: codeOf(refusal), ...about};
}
