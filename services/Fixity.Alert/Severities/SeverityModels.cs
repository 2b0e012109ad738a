using Fixity.Core;

namespace Fixity.Alert.Severities;

/// <summary>How much events matter: what holds everywhere, and where targets say otherwise.</summary>
/// <param name="Defaults">By event.</param>
public sealed record SeverityList(IReadOnlyDictionary<string, Severity> Defaults, IReadOnlyList<TargetSeverities> Targets);

/// <summary>What one target says otherwise.</summary>
/// <param name="Severities">By event; what is not named is as everywhere.</param>
public sealed record TargetSeverities(int TargetId, IReadOnlyDictionary<string, Severity> Severities);
