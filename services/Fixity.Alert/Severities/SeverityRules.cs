using Fixity.Core;

namespace Fixity.Alert.Severities;

/// <summary>How much each event matters, as the targets' own rules have it.</summary>
internal sealed class SeverityRules(IReadOnlyDictionary<(int TargetId, string Event), Severity> own)
{
    /// <param name="usual">Where the target says nothing.</param>
    public Severity Of(int targetId, string type, Severity usual) => own.GetValueOrDefault((targetId, type), usual);
}
