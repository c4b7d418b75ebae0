import type {SealedEpoch} from '@pobs/protocol';
import {describe, expect, test} from 'vitest';
import type {EpochState} from '../core/stages.ts';
import {SequencerError} from '../errors.ts';
import {EpochPipeline, type PipelineDeps} from './epoch-pipeline.ts';
import type {EpochRecord, EpochRepository, StageReport} from './ports.ts';

/** Epochs in memory. */
class FakeRepository implements EpochRepository {
  record: EpochRecord | undefined;
  readonly reopened: EpochState[] = [];

  findUnfinished = () => Promise.resolve(this.record?.stage === 'final' ? undefined : this.record);
  find = () => Promise.resolve(this.record);
  findLatest = () => Promise.resolve(this.record ? [this.record] : []);
  stagesOf = () => Promise.resolve([]);
  add = (state: EpochState) => Promise.resolve(void (this.record = state));
  advance = (state: EpochState) => {
    this.record = state;
    return Promise.resolve(new Date());
  };
  reopen = (state: EpochState) => {
    this.record = state;
    this.reopened.push(state);
    return Promise.resolve();
  };
}

function pipelineWith(times: bigint[], changes: Partial<PipelineDeps> = {}) {
  const repository = new FakeRepository();
  const reports: StageReport[] = [];
  const seals: bigint[] = [];
  const now = () => (times.length > 1 ? times.shift()! : times[0]!);
  const deps = {
    repository, logger: {info: () => {}, warn: () => {}, error: () => {}}, report: (stage: StageReport) => reports.push(stage),
    chain: {time: () => Promise.resolve(now()), proposal: () => Promise.resolve(undefined)},
    terms: {step: () => Promise.resolve(true)},
    engine: {sealed: () => Promise.resolve({} as SealedEpoch), tellOutcome: () => Promise.resolve()},
    seals: {
      open: async () => {
        await repository.add({epoch: 1n, stage: 'opened', snapshotTime: 1_000n});
        return repository.record;
      },
      seal: ({snapshotTime}: EpochState) => Promise.resolve(void seals.push(snapshotTime)),
      moveOn: () => Promise.resolve(1_500n),
    },
    builds: {build: () => Promise.resolve('0xd1')}, publisher: {publish: () => Promise.resolve()}, proposer: {propose: () => Promise.resolve('0x01')},
    ...changes,
  } as unknown as PipelineDeps;
  return {pipeline: new EpochPipeline({l1Every: 1, l1WithdrawEvery: 1, retryDelayMs: 1}, deps), repository, reports, seals};
}

const never = new AbortController().signal;

describe('an epoch', () => {
  test('that missed its proposal is sealed again under its number', async () => {
    // In time to be sealed and built; two minutes gone when it should be published.
    const {pipeline, repository, reports, seals} = pipelineWith([1_000n, 1_001n, 1_121n, 1_500n]);
    const state = await pipeline.runEpoch(never, 'proposed');
    expect(state).toMatchObject({epoch: 1n, stage: 'proposed', snapshotTime: 1_500n});
    expect(repository.reopened).toHaveLength(1);
    expect(seals).toEqual([1_000n, 1_500n]);
    expect(reports.map(({stage}) => stage)).toEqual(['sealed', 'built', 'sealed', 'built', 'published', 'proposed']);
  });

  test('is tried again where what failed may pass', async () => {
    let failures = 3;
    const {pipeline} = pipelineWith([1_000n], {
      publisher: {publish: () => (failures-- > 0 ? Promise.reject(new SequencerError({code: 'ENGINE_UNREACHABLE', url: 'x', detail: 'y'})) : Promise.resolve())} as never,
    });
    expect(await pipeline.runEpoch(never, 'published')).toMatchObject({stage: 'published'});
    expect(failures).toBe(-1);
  });

  test('stops where what failed cannot pass', async () => {
    const refused = new SequencerError({code: 'BUILD_REFUSED', epoch: 1n, violations: [{rule: 8, detail: 'it does not add up', rows: []}]});
    const {pipeline, repository} = pipelineWith([1_000n], {builds: {build: () => Promise.reject(refused)} as never});
    await expect(pipeline.runEpoch(never)).rejects.toThrow('Epoch 1 was not built, its books break V8 (it does not add up).');
    expect(repository.record?.stage).toBe('sealed');
  });

  test('is left where it stands when the process is asked to stop', async () => {
    const stop = new AbortController();
    const {pipeline, repository} = pipelineWith([1_000n], {publisher: {publish: () => {
      stop.abort();
      return Promise.reject(new Error('given up'));
    }} as never});
    expect(await pipeline.runEpoch(stop.signal)).toBeUndefined();
    expect(repository.record?.stage).toBe('built');
  });
});
