import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ProblemPanel } from '../parts/problem-panel.tsx';

/** A page that could not be shown, also where its code could not be fetched. */
export function BrokenPage({ error }: ErrorComponentProps): ReactNode {
  return <ProblemPanel error={error} onRetry={() => location.reload()} />;
}
