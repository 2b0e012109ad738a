using Fixity.Core;
using Fixity.Data;
using Microsoft.Extensions.Options;

namespace Fixity.Scheduler.Targets;

/// <summary>Decides whether a folder may be watched: it exists, and lies in an allowed folder once all links are followed.</summary>
internal sealed class AllowedRoots(IOptions<SchedulerOptions> options, SettingsReader settings)
{
    // What the kernel allows before it says that links go round in circles.
    private const int MaxLinks = 40;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    private readonly IReadOnlyList<string> _configured =
    [
        .. options.Value.AllowedRoots.Append(options.Value.Watch).OfType<string>().Where(Path.IsPathFullyQualified),
    ];

    /// <param name="real">
    /// The folder itself, with every link followed: what was checked and so what is to be watched. A link on the way
    /// that is swapped afterwards leads nowhere else.
    /// </param>
    /// <returns>Null when it may be watched, else one sentence that says why not.</returns>
    public string? Refuse(string root, out string real)
    {
        real = "";
        if (!Path.IsPathFullyQualified(root) || root.Contains('\0', StringComparison.Ordinal))
        {
            return "The root must be an absolute path.";
        }

        if (root.Split(Separators).Any(segment => segment is "." or ".."))
        {
            return "The root must not contain '.' or '..'.";
        }

        try
        {
            if (!Directory.Exists(root))
            {
                return File.Exists(root) ? "The root is not a folder." : "The root does not exist, or may not be looked at.";
            }

            var resolved = Resolve(root);
            real = resolved;
            return _configured.Concat(settings.Current.Of(Settings.AllowedRoots))
                .Any(allowed => Directory.Exists(allowed) && IsWithin(resolved, Resolve(allowed)))
                ? null
                : "The root lies in none of the folders that may be watched "
                    + "(the setting allowed_roots, and Scheduler:AllowedRoots).";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "The root cannot be looked at: " + e.Message;
        }
    }

    /// <summary>By segment: <c>/data/ab</c> is not within <c>/data/a</c>.</summary>
    internal static bool IsWithin(string path, string folder) =>
        path == folder
        || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every link in it followed, as the kernel would when opening it.</summary>
    internal static string Resolve(string path)
    {
        var left = new Stack<string>(Segments(path).Reverse());
        var real = Path.GetPathRoot(path)!;
        var links = 0;
        while (left.TryPop(out var segment))
        {
            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, segment);
            if (new DirectoryInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException($"Too many links on the way to {path}.");
            }

            real = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : real;
            foreach (var part in Segments(target).Reverse())
            {
                left.Push(part);
            }
        }

        return real;
    }

    private static IEnumerable<string> Segments(string path) =>
        path[(Path.GetPathRoot(path)?.Length ?? 0)..].Split(Separators).Where(segment => segment is not ("" or "."));
}
