using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Fixity.Data;

/// <summary>The numbered migrations that this version carries.</summary>
public static class Schema
{
    private static readonly IReadOnlyList<Migration> All = Load();

    public static IReadOnlyList<Migration> Migrations => All;

    /// <summary>The schema version that this binary works with: the number of its last migration.</summary>
    public static int Version => All[^1].Version;

    private static List<Migration> Load()
    {
        var assembly = typeof(Schema).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name))];
    }

    private static Migration Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // A checkout with other line ends must not look like an edited migration.
        var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        return new Migration(
            int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture),
            Path.GetFileNameWithoutExtension(name),
            sql,
            SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
    }
}

/// <param name="Version">Counts from 1 without gaps.</param>
/// <param name="Checksum">SHA-256 of the text with LF line ends; a released migration never changes.</param>
public sealed record Migration(int Version, string Name, string Sql, byte[] Checksum);
