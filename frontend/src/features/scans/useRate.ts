import { useEffect, useState } from "react";
import type { Scan } from "../../api/types";

const WINDOW_MS = 15_000;

interface Sample {
  atMs: number;
  files: number;
  bytes: number;
}

export interface Rate {
  filesPerSecond: number;
  bytesPerSecond: number;
}

/** How fast a scan goes, over the last seconds of its committed progress; null until two commits were seen. */
export function useRate(scan: Scan): Rate | null {
  const [samples, setSamples] = useState<Sample[]>([]);
  const { updatedAt, filesSeen, bytesHashed } = scan;

  useEffect(() => {
    if (updatedAt !== null) {
      const atMs = new Date(updatedAt).getTime();
      setSamples((known) => addSample(known, { atMs, files: filesSeen, bytes: bytesHashed }));
    }
  }, [updatedAt, filesSeen, bytesHashed]);

  return rateOf(samples);
}

export function addSample(known: Sample[], next: Sample): Sample[] {
  const last = known.at(-1);
  if (last && next.atMs <= last.atMs) {
    return known;
  }
  // The newest one outside the window stays as its beginning.
  const start = known.findLastIndex((sample) => next.atMs - sample.atMs >= WINDOW_MS);
  return [...known.slice(Math.max(0, start)), next];
}

export function rateOf(samples: Sample[]): Rate | null {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (!first || !last || last.atMs === first.atMs) {
    return null;
  }
  const seconds = (last.atMs - first.atMs) / 1000;
  return {
    filesPerSecond: Math.max(0, last.files - first.files) / seconds,
    bytesPerSecond: Math.max(0, last.bytes - first.bytes) / seconds,
  };
}
