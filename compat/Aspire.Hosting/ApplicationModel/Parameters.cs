using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that whoever runs the application decides.</summary>
public class ParameterResource : Resource, IResourceWithoutLifetime, IExpressionValue
{
    private readonly Lazy<string> _value;

    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    public ParameterDefault? Default { get; set; }

    public bool Secret { get; }

    public string ValueExpression => $"{{{Name}.value}}";

    /// <exception cref="MissingParameterValueException">Nothing gives it a value.</exception>
    internal string ValueInternal => _value.Value;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(ValueInternal);
}

/// <summary>What a parameter is when nobody decides.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}

/// <summary>A random text.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerLetters = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Specials = "-_.{}~()*+!";

    public int MinLength { get; set; } = 22;

    public bool Lower { get; set; } = true;

    public bool Upper { get; set; } = true;

    public bool Numeric { get; set; } = true;

    public bool Special { get; set; } = true;

    public int MinLower { get; set; }

    public int MinUpper { get; set; }

    public int MinNumeric { get; set; }

    public int MinSpecial { get; set; }

    public override string GetDefaultValue()
    {
        (bool Used, string Letters, int Least)[] kinds =
        [
            (Lower, LowerLetters, MinLower), (Upper, UpperLetters, MinUpper),
            (Numeric, Digits, MinNumeric), (Special, Specials, MinSpecial),
        ];
        var letters = new List<char>(MinLength);
        foreach (var (_, kind, least) in kinds.Where(kind => kind.Used))
        {
            letters.AddRange(RandomNumberGenerator.GetItems<char>(kind, least));
        }

        var all = string.Concat(kinds.Where(kind => kind.Used).Select(kind => kind.Letters));
        letters.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, MinLength - letters.Count)));

        var shuffled = letters.ToArray();
        RandomNumberGenerator.Shuffle(shuffled.AsSpan());
        return new string(shuffled);
    }
}

/// <summary>A text that the model itself gives.</summary>
internal sealed class ConstantParameterDefault(Func<string> value) : ParameterDefault
{
    public override string GetDefaultValue() => value();
}
