import {buildSchema, graphql} from 'graphql';
import type {ArweaveStore, StoredTransaction} from './arweave-store.ts';
import {fromBase64Url} from './arweave-verify.ts';

/** The part of the public gateways' schema that finds transactions by tag. */
const schema = buildSchema(`
  type Query {
    transaction(id: ID!): Transaction
    transactions(ids: [ID!], tags: [TagFilter!], first: Int = 10, after: String, sort: SortOrder): TransactionConnection!
  }
  input TagFilter { name: String!, values: [String!]!, op: TagOperator = EQ }
  enum TagOperator { EQ NEQ }
  enum SortOrder { HEIGHT_ASC HEIGHT_DESC }
  type TransactionConnection { pageInfo: PageInfo!, edges: [TransactionEdge!]! }
  type PageInfo { hasNextPage: Boolean! }
  type TransactionEdge { cursor: String!, node: Transaction! }
  type Transaction { id: ID!, tags: [Tag!]!, data: MetaData!, block: Block }
  type Tag { name: String!, value: String! }
  type MetaData { size: String! }
  type Block { id: ID!, height: Int! }
`);

type TagFilter = {name: string; values: string[]; op: 'EQ' | 'NEQ'};
type Arguments = {
  ids?: string[];
  tags?: TagFilter[];
  first: number;
  after?: string;
  sort?: 'HEIGHT_ASC' | 'HEIGHT_DESC';
};

const PAGE_MAX = 100;

export async function queryTransactions(
  store: ArweaveStore,
  source: string,
  variableValues: Record<string, unknown> | undefined,
): Promise<unknown> {
  const rootValue = {
    transaction: ({id}: {id: string}) => {
      const transaction = store.transaction(id);
      return transaction === undefined ? null : toNode(transaction);
    },
    transactions: (args: Arguments) => connectionOf(store, args),
  };
  return graphql({schema, source, rootValue, variableValues});
}

function connectionOf(store: ArweaveStore, {ids, tags = [], first, after, sort}: Arguments) {
  const newestFirst = store.transactions();
  const ordered = sort === 'HEIGHT_ASC' ? newestFirst.toReversed() : newestFirst;
  const matching = ordered
    .map(toNode)
    .filter((node) => ids === undefined || ids.includes(node.id))
    .filter((node) => tags.every((filter) => matches(node.tags, filter)));
  const start = after === undefined ? 0 : matching.findIndex((node) => node.id === after) + 1;
  const page = matching.slice(start, start + Math.min(Math.max(first, 0), PAGE_MAX));
  return {
    pageInfo: {hasNextPage: start + page.length < matching.length},
    edges: page.map((node) => ({cursor: node.id, node})),
  };
}

function matches(tags: {name: string; value: string}[], {name, values, op}: TagFilter): boolean {
  const found = tags.some((tag) => tag.name === name && values.includes(tag.value));
  return op === 'NEQ' ? !found : found;
}

function toNode({id, tags, data_size, blockId, height}: StoredTransaction) {
  return {id, tags: tags.map(decodeTag), data: {size: data_size}, block: {id: blockId, height}};
}

export function decodeTag({name, value}: {name: string; value: string}): {name: string; value: string} {
  return {name: fromBase64Url(name).toString(), value: fromBase64Url(value).toString()};
}
