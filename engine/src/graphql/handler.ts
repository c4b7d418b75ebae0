/** GraphQL over HTTP: Yoga with our limits; errors are masked, introspection stays open (the data is public). */
import {createYoga, type Plugin} from 'graphql-yoga';
import {buildContext, type Context} from './context.ts';
import {limitsRule} from './limits.ts';
import {buildSchema} from './schema.ts';

export function graphqlHandler({log, ...sources}: Pick<Context, 'reads' | 'network' | 'custodies'> & {
  log: {error(fields: object, message: string): void};
}): (request: Request) => Response | Promise<Response> {
  const limits: Plugin = {onValidate: ({addValidationRule}) => addValidationRule(limitsRule)};
  const report = (...fields: unknown[]): void => log.error({fields: fields.map(String)}, 'GraphQL request failed');
  const yoga = createYoga<Record<string, never>, Context>({
    schema: buildSchema(),
    graphqlEndpoint: '/graphql',
    context: () => buildContext(sources),
    plugins: [limits],
    batching: false,
    cors: false,
    // The bundled page loads scripts from elsewhere.
    graphiql: false,
    landingPage: false,
    logging: {debug: () => {}, info: () => {}, warn: () => {}, error: report},
  });
  return (request) => yoga.fetch(request);
}
