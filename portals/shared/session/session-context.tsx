import { createContext, useContext } from 'react';
import type { Permission, Session } from './session.ts';

const SessionContext = createContext<Session | null>(null);

export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('a page is shown outside a session');
  return session;
}

/** Whether to offer something; the interface decides for itself. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.has(permission);
}

/** The customer who is signed in: every call of the customer's portal is about this one. */
export function useCustomerId(): string {
  const { customerId } = useSession();
  if (customerId === null) throw new Error('nobody but a customer opens this portal');
  return customerId;
}
