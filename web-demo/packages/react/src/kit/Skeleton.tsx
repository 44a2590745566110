interface SkeletonProps {
  width?: number | string;
  height: number;
  round?: boolean;
}

export function Skeleton({ width = '100%', height, round }: SkeletonProps) {
  return (
    <div
      className="l-skeleton"
      style={{ inlineSize: width, blockSize: height, borderRadius: round ? 999 : undefined }}
    />
  );
}

/** Rows of lessons that are still on their way. */
export function SkeletonRows({ rows = 3 }: { rows?: number }) {
  return (
    <div className="l-rows" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} style={{ display: 'flex', gap: 16, alignItems: 'center', padding: 16 }}>
          <Skeleton width={40} height={40} round />
          <div style={{ display: 'grid', gap: 8, flex: 1 }}>
            <Skeleton width={`${48 - row * 6}%`} height={14} round />
            <Skeleton width={`${30 - row * 4}%`} height={12} round />
          </div>
          <Skeleton width={72} height={24} round />
        </div>
      ))}
    </div>
  );
}
