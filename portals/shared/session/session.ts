/** Who looks at the page, for which business, and what they may do. */
export interface Session {
  kind: 'user' | 'operator' | 'customer';
  name: string;
  email: string | null;
  role: string;
  tenant: { id: string; name: string; isSandbox: boolean };
  permissions: ReadonlySet<string>;
  customerId: string | null;
}

export type Permission = string;
