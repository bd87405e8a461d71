import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Field {
  label: string;
  value: ReactNode;
}

/** Names and values of one thing. */
export function FieldList({ fields, columns = 3 }: { fields: readonly Field[]; columns?: number }): ReactNode {
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, md: columns }} spacing="md" m={0}>
      {fields.map((field) => (
        <div key={field.label}>
          <Text component="dt" size="xs" c="dimmed" fw={600}>
            {field.label}
          </Text>
          <Text component="dd" size="sm" m={0} className="break-anywhere">
            {field.value ?? '–'}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
