using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Fixity.Core;

namespace Fixity.Query.Exports.Manifests;

/// <summary>Writes a manifest that is a text: a line a file, and in comments what the lines cannot say.</summary>
internal abstract class ManifestWriter(IBufferWriter<byte> output, ManifestOf of)
{
    // Run in the folder, find and hashdeep name files so; and no tool takes ./- for its standard input.
    private static readonly byte[] Here = "./"u8.ToArray();

    protected IBufferWriter<byte> Output => output;

    protected ManifestOf Of => of;

    public static ManifestWriter For(ManifestFormat format, IBufferWriter<byte> output, ManifestOf of) => format switch
    {
        ManifestFormat.Sha256sum or ManifestFormat.Md5sum => new SumLines(output, of, hasComments: true),
        ManifestFormat.B3sum => new SumLines(output, of, hasComments: false),
        ManifestFormat.Hashdeep => new HashdeepLines(output, of),
        _ => throw new UnreachableException($"{format} is no text"),
    };

    public abstract void Begin();

    public abstract void Write(ManifestEntry entry);

    protected abstract void Comment(string sentence, ReadOnlySpan<byte> name = default);

    public void LeaveOut(ManifestEntry entry, LeftOut reason) =>
        Comment($"left out, {reason.Words(of.Algorithm)}: ", entry.Name);

    public void NoteDamage(ManifestEntry entry) => Comment(
        string.Create(CultureInfo.InvariantCulture, $"damaged since {entry.DamagedSince:yyyy-MM-ddTHH:mm:ssZ}, listed as it should be: "),
        entry.Name);

    public void End(ManifestTotals totals) => Comment(string.Create(
        CultureInfo.InvariantCulture,
        $"end: {totals.Listed} listed, {totals.Bytes} bytes; {totals.Damaged} of them damaged; {totals.LeftOut} left out"));

    protected void WriteTitle()
    {
        Comment($"{of.Algorithm.Name()} of target {of.TargetId}, ", Encoding.UTF8.GetBytes(of.TargetName));
        Comment("names are relative to ", Encoding.UTF8.GetBytes(of.Base.Length == 0 ? "its root" : of.Base));
        Comment(string.Create(CultureInfo.InvariantCulture, $"as recorded at {of.At:yyyy-MM-ddTHH:mm:ssZ}"));
    }

    protected void WriteText(string text) => Encoding.UTF8.GetBytes(text, output);

    protected void WriteName(ReadOnlySpan<byte> name)
    {
        output.Write(Here);
        output.Write(name);
    }

    /// <returns>Whether something had to be escaped.</returns>
    protected static bool TryEscape(ReadOnlySpan<byte> name, bool escapesReturn, out byte[] escaped)
    {
        escaped = [];
        if (name.IndexOfAny((byte)'\\', (byte)'\n', (byte)'\r') < 0)
        {
            return false;
        }

        var bytes = new List<byte>(name.Length + 8);
        foreach (var one in name)
        {
            var letter = one switch
            {
                (byte)'\\' => (byte)'\\',
                (byte)'\n' => (byte)'n',
                (byte)'\r' when escapesReturn => (byte)'r',
                _ => (byte)0,
            };
            if (letter != 0)
            {
                bytes.Add((byte)'\\');
            }

            bytes.Add(letter != 0 ? letter : one);
        }

        escaped = [.. bytes];
        return escaped.Length > name.Length;
    }

    /// <summary>As GNU coreutils and b3sum write and check them: a backslash in front says that the name is escaped.</summary>
    private sealed class SumLines(IBufferWriter<byte> output, ManifestOf of, bool hasComments)
        : ManifestWriter(output, of)
    {
        public override void Begin() => WriteTitle();

        public override void Write(ManifestEntry entry)
        {
            // b3sum knows no \r, and needs none.
            var isEscaped = TryEscape(entry.Name, escapesReturn: hasComments, out var escaped);
            WriteText((isEscaped ? "\\" : "") + Convert.ToHexStringLower(entry.Checksum!) + "  ");
            WriteName(isEscaped ? escaped : entry.Name);
            Output.Write("\n"u8);
        }

        protected override void Comment(string sentence, ReadOnlySpan<byte> name = default)
        {
            if (hasComments)
            {
                WriteText("# " + sentence);
                Output.Write(TryEscape(name, escapesReturn: true, out var escaped) ? escaped : name);
                Output.Write("\n"u8);
            }
        }
    }

    /// <summary>Size, checksum, name: the file of known hashes that <c>hashdeep -k</c> reads.</summary>
    private sealed class HashdeepLines(IBufferWriter<byte> output, ManifestOf of) : ManifestWriter(output, of)
    {
        public override void Begin()
        {
            WriteText($"%%%% HASHDEEP-1.0\n%%%% size,{Of.Algorithm.Name()},filename\n");
            WriteTitle();
        }

        public override void Write(ManifestEntry entry)
        {
            WriteText(string.Create(
                CultureInfo.InvariantCulture, $"{entry.Size},{Convert.ToHexStringLower(entry.Checksum!)},"));
            WriteName(entry.Name);
            Output.Write("\n"u8);
        }

        protected override void Comment(string sentence, ReadOnlySpan<byte> name = default)
        {
            WriteText("## " + sentence);
            Output.Write(TryEscape(name, escapesReturn: true, out var escaped) ? escaped : name);
            Output.Write("\n"u8);
        }
    }
}
