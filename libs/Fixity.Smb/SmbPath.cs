using System.Buffers;

namespace Fixity.Smb;

/// <summary>What may stand in a path to a server (MS-FSCC 2.1.5), so that no name leads elsewhere than it says.</summary>
/// <remarks>A backslash in a name would be another folder, a colon another stream, a star many files.</remarks>
public static class SmbPath
{
    private static readonly SearchValues<char> Illegal = SearchValues.Create(
        "\"*/:<>?\\|" + string.Concat(Enumerable.Range(0, 32).Select(control => (char)control)));

    /// <summary>Whether an entry of this name can be opened through SMB.</summary>
    public static bool IsName(ReadOnlySpan<char> name) =>
        name is not ("" or "." or "..") && name.Length <= 255 && !name.ContainsAny(Illegal);

    /// <exception cref="SmbException"><see cref="SmbFailure.BadName"/>: some segment is no name.</exception>
    internal static string Checked(string path)
    {
        if (path.Length > 0)
        {
            foreach (var segment in path.AsSpan().Split('\\'))
            {
                if (!IsName(path.AsSpan()[segment]))
                {
                    throw new SmbException(SmbFailure.BadName, "the path holds a name that SMB cannot open");
                }
            }
        }

        // Its length is sent in 16 bits.
        return path.Length < 32 * 1024 - 1
            ? path
            : throw new SmbException(SmbFailure.BadName, "the path is longer than SMB can say");
    }
}
