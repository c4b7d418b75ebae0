/** Bounds on what one query may ask: nesting, aliases, fields. Checked before anything is read. */
import {
  type ASTVisitor, type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode, type ValidationContext, type ValidationRule,
} from 'graphql';

export const DEPTH_MAX = 10;
export const ALIASES_MAX = 15;
export const FIELDS_MAX = 500;

type Cost = {depth: number; aliases: number; fields: number};

export const limitsRule: ValidationRule = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition(node) {
    const cost: Cost = {depth: 0, aliases: 0, fields: 0};
    measure(context, node.selectionSet, {depth: 1, inside: new Set(), cost});
    const refuse = (what: string, is: number, max: number) => {
      if (is > max) context.reportError(new GraphQLError(`The query has ${what}; at most ${max} are allowed.`, {nodes: node, extensions: {code: 'QUERY_TOO_LARGE'}}));
    };
    refuse(`${cost.depth} levels`, cost.depth, DEPTH_MAX);
    refuse(`${cost.aliases} aliases`, cost.aliases, ALIASES_MAX);
    refuse('too many fields', cost.fields, FIELDS_MAX);
  },
});

function measure(context: ValidationContext, set: SelectionSetNode, {depth, inside, cost}: {depth: number; inside: ReadonlySet<FragmentDefinitionNode>; cost: Cost}): void {
  cost.depth = Math.max(cost.depth, depth);
  for (const selection of set.selections) {
    if (cost.fields > FIELDS_MAX || cost.depth > 2 * DEPTH_MAX) return;
    if (selection.kind === Kind.FIELD) {
      // Introspection is deep by nature and bounded by the schema.
      if (selection.name.value.startsWith('__')) continue;
      cost.fields += 1;
      if (selection.alias) cost.aliases += 1;
      if (selection.selectionSet) measure(context, selection.selectionSet, {depth: depth + 1, inside, cost});
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      measure(context, selection.selectionSet, {depth, inside, cost});
    } else {
      const fragment = context.getFragment(selection.name.value);
      // A fragment that contains itself is refused by GraphQL's own rules.
      if (fragment && !inside.has(fragment)) measure(context, fragment.selectionSet, {depth, inside: new Set([...inside, fragment]), cost});
    }
  }
}
