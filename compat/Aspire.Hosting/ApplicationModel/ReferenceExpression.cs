using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with values in it that are known only when the application runs.</summary>
public sealed class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    private readonly IReadOnlyList<object> _parts;

    // Each part is a literal (string) or a value (IValueProvider and IManifestExpressionProvider).
    internal ReferenceExpression(IReadOnlyList<object> parts) => _parts = parts;

    /// <summary>The text with <c>{0}</c>, <c>{1}</c> where its values go.</summary>
    public string Format
    {
        get
        {
            var values = 0;
            return Join(part => part is string literal
                ? literal.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
                : string.Create(CultureInfo.InvariantCulture, $"{{{values++}}}"));
        }
    }

    public IReadOnlyList<IValueProvider> ValueProviders => [.. _parts.OfType<IValueProvider>()];

    public IReadOnlyList<string> ManifestExpressions =>
        [.. _parts.OfType<IManifestExpressionProvider>().Select(value => value.ValueExpression)];

    public string ValueExpression =>
        Join(part => part as string ?? ((IManifestExpressionProvider)part).ValueExpression);

    IEnumerable<object> IValueWithReferences.References => _parts.Where(part => part is not string);

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        EvaluateAsync(value => value.GetValueAsync(cancellationToken));

    /// <summary>A text is null as a whole when one of its values is.</summary>
    internal async ValueTask<string?> EvaluateAsync(Func<IValueProvider, ValueTask<string?>> valueOf)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            var value = part as string ?? await valueOf((IValueProvider)part);
            if (value is null)
            {
                return null;
            }

            text.Append(value);
        }

        return text.ToString();
    }

    private string Join(Func<object, string> render) => string.Concat(_parts.Select(render));

    /// <summary>What the compiler turns <c>$"..."</c> into.</summary>
    [InterpolatedStringHandler]
#pragma warning disable CA1034, CA1815 // The nesting and the shape are those of the package.
    public readonly ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
#pragma warning restore CA1034, CA1815
    {
        private readonly ReferenceExpressionBuilder _builder = new(literalLength + formattedCount);

        public void AppendLiteral(string value) => _builder.AppendLiteral(value);

        public void AppendFormatted(string? value) => _builder.AppendFormatted(value);

        public void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider =>
            _builder.AppendFormatted(valueProvider);

        public void AppendFormatted<T>(IResourceBuilder<T> builder)
            where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _builder.AppendFormatted(builder.Resource);

        internal ReferenceExpression Build() => _builder.Build();
    }
}

/// <summary>Puts a <see cref="ReferenceExpression"/> together piece by piece.</summary>
public sealed class ReferenceExpressionBuilder
{
    private readonly List<object> _parts;

    public ReferenceExpressionBuilder() : this(4)
    {
    }

    internal ReferenceExpressionBuilder(int capacity) => _parts = new List<object>(Math.Min(capacity, 16));

    public bool IsEmpty => _parts.Count == 0;

    public void Append(in ReferenceExpression.ExpressionInterpolatedStringHandler handler) =>
        _parts.Add(handler.Build());

    public void AppendLiteral(string value) => _parts.Add(value);

    public void AppendFormatted(string? value) => _parts.Add(value ?? "");

    public void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider
    {
        ArgumentNullException.ThrowIfNull(valueProvider);
        _parts.Add(valueProvider);
    }

    public ReferenceExpression Build() => new([.. _parts]);
}
