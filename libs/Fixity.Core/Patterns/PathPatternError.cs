namespace Fixity.Core.Patterns;

/// <summary>Why a pattern is refused, for the person who wrote it.</summary>
public sealed record PathPatternError(string Pattern, string Reason);
