namespace Fixity.Scheduler.Targets;

/// <summary>Gathers what is wrong with a request: a sentence a field, the first one said of it.</summary>
internal sealed class FieldErrors
{
    public Dictionary<string, string[]> ByField { get; } = new(StringComparer.Ordinal);

    public bool Any => ByField.Count > 0;

    public void Require(bool holds, string field, string sentence)
    {
        if (!holds)
        {
            ByField.TryAdd(field, [sentence]);
        }
    }
}
