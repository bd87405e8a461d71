import type { components } from '../../../contracts/generated/rest.gen.ts';

type WhoAmI = components['schemas']['Session'];

/** Who looks at the page, and what they may do. */
export interface SignedIn {
  kind: WhoAmI['kind'];
  /** Of this sign-in. */
  sessionId: string | null;
  name: string;
  role: string;
  permissions: ReadonlySet<Permission>;
  /** Null for an operator outside every business. */
  tenant: Tenant | null;
  places: WhoAmI['places'];
  entered: WhoAmI['entered'];
  customerId: string | null;
  /** A customer's, as a language tag. */
  language: string | null;
  /** A customer's: days begin and end there. */
  timezone: string | null;
  /** Where a customer came from and goes back to. */
  returnUrl: string | null;
}

interface Tenant {
  id: string;
  name: string;
  isSandbox: boolean;
  /** Where its customers find help and support; null where it named none. */
  helpUrl: string | null;
  supportUrl: string | null;
}

/** Within a business: what every page is about. */
export interface Session extends SignedIn {
  tenant: Tenant;
}

export type Permission = WhoAmI['permissions'][number];
