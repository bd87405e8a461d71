import { rolePermissions } from '../../domain/access/roles.ts';
import { type Authenticate, type Principal, platformScope } from '../../identity/principal.ts';

/** What a harness takes for an operator's credentials, as a key is presented. */
export const operatorKey = 'an-operator-of-the-platform';

const operator: Principal = {
  ...{ tenantId: platformScope, kind: 'operator', actor: 'usr_operator', role: 'operator', customerId: null },
  permissions: rolePermissions.operator,
};

/** One more way in, where there are no sessions: as an operator who has entered no tenant. */
export function admitOperator(authenticate: Authenticate): Authenticate {
  return (credentials) =>
    credentials.header('authorization') === `Bearer ${operatorKey}` ? operator : authenticate(credentials);
}
