using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>What is remembered of a server between two runs, and that it is in use during one.</summary>
internal sealed class PostgresFolder
{
    private readonly string _stateFolder;

    private PostgresFolder(string stateFolder, string path, FileStream folderLock)
    {
        _stateFolder = stateFolder;
        Path = path;
        Lock = folderLock;
    }

    public string Path { get; }

    /// <summary>Held for as long as the server is ours. The kernel lets go of it, however we end.</summary>
    public FileStream Lock { get; }

    public string ContainerFile => System.IO.Path.Combine(Path, "container-volume");

    /// <summary>The volume with the data, if a container made it.</summary>
    public string? ContainerVolume => Read(ContainerFile);

    /// <summary>Where the data is, if not in this folder.</summary>
    public string? DataElsewhere
    {
        get => Read(System.IO.Path.Combine(Path, "data-is-in"));
        set => StateFolder.WritePrivate(System.IO.Path.Combine(Path, "data-is-in"), value + "\n");
    }

    /// <summary>Whether data was made before, by a server that is no container.</summary>
    public bool HasFiles =>
        DataElsewhere is not null || File.Exists(System.IO.Path.Combine(Path, "data", "PG_VERSION"));

    /// <summary>Tells the containers and data folders of two state folders on one machine apart.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_stateFolder)))[..12];

    private string PortFile => System.IO.Path.Combine(Path, "port");

    /// <exception cref="PostgresHostException">Another AppHost runs this server.</exception>
    public static PostgresFolder Open(PostgresHostOptions options)
    {
        var stateFolder = System.IO.Path.GetFullPath(options.StateFolder);
        var path = System.IO.Path.Combine(stateFolder, "postgres", options.ResourceName);
        CreatePrivate(path);
        try
        {
            var folderLock = new FileStream(
                System.IO.Path.Combine(path, "lock"),
                StateFolder.Private(FileMode.OpenOrCreate, FileAccess.ReadWrite));
            return new PostgresFolder(stateFolder, path, folderLock);
        }
        catch (IOException failure) when (failure is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new PostgresHostException(
                $"The database in '{path}' is in use by another AppHost; stop that. ({failure.Message})");
        }
    }

    /// <summary>The port that was asked for, else the last one, else any.</summary>
    /// <exception cref="PostgresHostException">The one asked for is taken.</exception>
    public int ChoosePort(int? wanted)
    {
        if (wanted is { } asked)
        {
            return LoopbackPort.IsFree(asked)
                ? asked
                : throw new PostgresHostException($"Port {asked} is taken by another process.");
        }

        if (Read(PortFile) is { } text
            && int.TryParse(text, CultureInfo.InvariantCulture, out var last)
            && LoopbackPort.IsFree(last))
        {
            return last;
        }

        var port = LoopbackPort.Any();
        StateFolder.WritePrivate(PortFile, port.ToString(CultureInfo.InvariantCulture) + "\n");
        return port;
    }

    public void RememberContainer(string volume) => StateFolder.WritePrivate(ContainerFile, volume + "\n");

    /// <summary>Ours alone; as root also passed through by the user that the server runs as.</summary>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows() || Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            return;
        }

        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (Environment.IsPrivilegedProcess)
        {
            mode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        CreatePrivate(System.IO.Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path, mode);
    }

    private static string? Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}
