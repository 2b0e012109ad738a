namespace Fixity.Scanner.Scans;

/// <summary>How much must lie ahead of a running segment for an idle scanner to take over part of it: so many files, or so
/// many bytes to be read.</summary>
internal readonly record struct SplitWorth(int Files, long Bytes);
