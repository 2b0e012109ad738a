using System.Globalization;
using System.Text.RegularExpressions;

namespace Fixity.Storage.Local.Mounts;

/// <summary>What is mounted where, as this process sees it.</summary>
/// <param name="Id">The kernel's number of the mount, which an open file tells too.</param>
/// <param name="Device">Numbers of the device, <c>8:1</c>.</param>
/// <param name="FileSystem">Its type, like <c>ext4</c> or <c>nfs4</c>.</param>
/// <param name="Source">Like <c>/dev/sda1</c> or <c>nas:/export</c>.</param>
public sealed record Mount(int Id, string Point, string Device, string FileSystem, string Source)
{
    /// <summary>Whether the path lies on this mount, if nothing is mounted on the way.</summary>
    public bool Holds(string path) =>
        Point == "/" || path == Point || path.StartsWith(Point + "/", StringComparison.Ordinal);
}

/// <summary>Reads the table of mounts that Linux keeps for a process.</summary>
public static partial class MountTable
{
    public const string OfThisProcess = "/proc/self/mountinfo";

    /// <summary>In the order of the table: the last of several on one point lies on top.</summary>
    public static IEnumerable<Mount> Read(string table = OfThisProcess) => File.ReadLines(table).Select(Parse).OfType<Mount>();

    // 36 35 98:0 /inside /point options [optional fields] - type source options
    private static Mount? Parse(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-");
        return separator < 5 || separator + 2 >= fields.Length
            || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? null
            : new Mount(id, Unescape(fields[4]), fields[2], Unescape(fields[separator + 1]), Unescape(fields[separator + 2]));
    }

    private static string Unescape(string field) => Octal().Replace(
        field,
        match => ((char)Convert.ToInt32(match.ValueSpan[1..].ToString(), 8)).ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}
