using System.Globalization;

namespace Fixity.Bench;

/// <summary>What follows a verb: <c>--name value</c>, <c>--flag</c> and plain words. Kept small, because reading it is part
/// of every run that is measured.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];

    public Arguments(ReadOnlySpan<string> given, params ReadOnlySpan<string> flags)
    {
        for (var i = 0; i < given.Length; i++)
        {
            if (!given[i].StartsWith("--", StringComparison.Ordinal))
            {
                _words.Add(given[i]);
            }
            else if (flags.Contains(given[i][2..]))
            {
                _options[given[i][2..]] = "";
            }
            else
            {
                _options[given[i][2..]] = i + 1 < given.Length
                    ? given[++i]
                    : throw new ArgumentException($"{given[i]} needs a value.");
            }
        }
    }

    public string Word(int index, string name) =>
        index < _words.Count ? _words[index] : throw new ArgumentException($"Say {name}.");

    public bool Has(string flag) => _options.ContainsKey(flag);

    public string? Text(string name) => _options.GetValueOrDefault(name);

    public string Needed(string name) => Text(name) ?? throw new ArgumentException($"Say --{name}.");

    public long Number(string name, long otherwise) =>
        Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
