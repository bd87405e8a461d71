import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { RouterAnchor } from '../shared/parts/router-parts.tsx';
import { answered, rest } from '../shared/rest/client.ts';
import { planQuery } from '../shared/rest/plan-queries.ts';

export function customerQuery(customer_id: string) {
  return {
    queryKey: ['customer', customer_id],
    queryFn: () => answered(rest.GET('/v1/customers/{customer_id}', { params: { path: { customer_id } } })),
    staleTime: 60_000,
  };
}

/** A row that only flies past asks nobody. */
const restingMs = 150;

/** A customer by name, with the way to everything about it. */
export function CustomerName({ id }: { id: string }): ReactNode {
  const [isResting, setResting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setResting(true), restingMs);
    return () => clearTimeout(timer);
  }, []);
  const customer = useQuery({ ...customerQuery(id), enabled: isResting });
  return (
    <RouterAnchor to={`/customers/${id}`} size="sm">
      {customer.data?.name ?? customer.data?.email ?? id}
    </RouterAnchor>
  );
}

export function PlanName({ id }: { id: string }): ReactNode {
  return useQuery(planQuery(id)).data?.name ?? id;
}
