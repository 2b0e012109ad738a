namespace Fixity.Alert.Deliveries.Messages;

/// <summary>Writes messages in the form that one kind of receiver reads. Pure: the same message gives the same text.</summary>
internal interface IMessageFormat
{
    /// <summary>Its word in <c>webhooks.format</c>.</summary>
    string Name { get; }

    WrittenMessage Write(Message message, MessageFormatSettings settings);
}

/// <summary>What a format may need to know of its webhook.</summary>
/// <param name="Source">This system's public address, or a name that stands for it: the <c>source</c> of a CloudEvent.</param>
/// <param name="Template">Of format <c>template</c>; null otherwise.</param>
internal sealed record MessageFormatSettings(Uri Source, string? Template = null);

/// <summary>A message as it is stored, signed and sent.</summary>
/// <param name="Title">One line for people, without control characters.</param>
/// <param name="Headers">Headers of the request that belong to the form (ntfy's title and priority).</param>
internal sealed record WrittenMessage(
    string Title, string Body, string ContentType, IReadOnlyDictionary<string, string> Headers);
