using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Run;

/// <summary>Where an AppHost keeps what a second start must find: parameters, logs, the database's files.</summary>
internal static class StateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // PostgreSQL refuses root and runs as another user then, whose way to its data leads through this folder. Passing
    // through is all that this allows: nothing in it can be listed, and each file in it has mode 0600.
    private const UnixFileMode PassThrough = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Creates the folder when it is not there.</summary>
    public static string Resolve(IConfiguration configuration, string appHostDirectory)
    {
        var given = configuration["FIXITY_HOME"];
        var folder = Path.GetFullPath(
            string.IsNullOrWhiteSpace(given) ? Path.Combine(appHostDirectory, ".fixity") : given);

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Environment.IsPrivilegedProcess ? Owner | PassThrough : Owner);
        }

        return folder;
    }

    /// <summary>Creates a folder for its owner alone.</summary>
    public static string Private(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Owner);
        }

        return folder;
    }

    /// <summary>Replaces a file: complete or not at all, and never readable to others.</summary>
    public static void WritePrivate(string path, string content)
    {
        // Made anew: a draft that a killed run left would keep the mode, and the readers, that it has.
        var draft = path + ".new";
        File.Delete(draft);
        using (var writer = new StreamWriter(draft, Private(FileMode.CreateNew, FileAccess.Write)))
        {
            writer.Write(content);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>To open a file that, if this makes it, is readable to its owner alone; nobody else has it open.</summary>
    public static FileStreamOptions Private(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
